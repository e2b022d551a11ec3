"""What the gateway itself says to customers who are answered in another language. What is not here is in English."""

ABROAD = {
    "fr": {
        "greeting": "Bonjour ! Comment puis-je vous aider ?",
        "ai_disclosure": (
            "Vous parlez à un assistant automatique. Vous pouvez demander une personne de notre équipe à tout moment."
        ),
        "assistant_unavailable": (
            "Désolé, je ne peux pas répondre pour l'instant à cause d'un problème technique de notre côté. Votre "
            "message est enregistré. Réessayez dans un moment, ou parlez à une personne de notre équipe."
        ),
        "assistant_slow": (
            "Désolé, cela prend plus de temps que prévu, et je ne sais pas encore si cela a fonctionné. "
            "Réessayez dans un moment, ou parlez à une personne de notre équipe."
        ),
        "assistant_failed": (
            "Désolé, quelque chose n'a pas fonctionné de notre côté et je n'ai pas pu terminer. "
            "Réessayez, ou parlez à une personne de notre équipe."
        ),
        "survey_csat": "Cette conversation a-t-elle répondu à vos attentes ?",
        "survey_nps": "Quelle est la probabilité que vous nous recommandiez à un proche ?",
        "survey_ces": "A-t-il été facile d'obtenir ce dont vous aviez besoin ?",
        "consent_survey": (
            "Pouvons-nous vous poser une courte question sur notre service, maintenant et à la fin d'autres "
            "conversations ? C'est vous qui décidez, et vous pouvez changer d'avis à tout moment : il suffit "
            "d'écrire « je retire mon accord »."
        ),
        "consent_follow_up": (
            "Pouvons-nous vous écrire dans quelques jours, ou après le jour convenu, pour vous demander si tout est "
            "réglé, ici et à l'adresse e-mail que vous nous avez laissée, le cas échéant ? C'est vous qui décidez, et "
            "vous pouvez changer d'avis à tout moment : il suffit d'écrire « je retire mon accord »."
        ),
        "consent_marketing": (
            "La boutique peut-elle vous envoyer des nouveautés et des offres ? C'est vous qui décidez, et vous pouvez "
            "changer d'avis à tout moment : il suffit d'écrire « je retire mon accord »."
        ),
        "follow_up_complaint": (
            "Il y a quelques jours, une personne de notre équipe a examiné votre réclamation ({reference}). Tout "
            "est-il réglé maintenant ? Sinon, écrivez ce qui manque encore, ou parlez à une personne de notre équipe."
        ),
        "follow_up_agreement": (
            "Nous avions convenu ceci avec vous ({reference}) : {agreed}, d'ici au {day}. Est-ce fait ? S'il manque "
            "encore quelque chose, écrivez-le simplement."
        ),
        "complaint_agreed": "Nous avons convenu : {agreed}, d'ici au {day}. La référence est {reference}.",
        "complaint_changed": (
            "Ce que nous avions convenu a changé. C'est maintenant : {agreed}, d'ici au {day}. La référence est "
            "{reference}."
        ),
        "complaint_kept": "Merci de nous l'avoir dit, nous en sommes ravis.",
        "complaint_broken": (
            "Je suis désolé : nous l'avions convenu avec vous et nous aurions dû nous y tenir. Une personne de notre "
            "équipe reçoit tout le dossier immédiatement."
        ),
        "complaint_noted": "Merci, je l'ai déjà noté ({reference}).",
        "photo": "Photo",
        "photo_kept": "Gardée pour notre équipe : je ne peux pas regarder les photos moi-même.",
        "photo_shown": "Notre équipe peut la voir.",
        "button_kept": "Oui, c'est fait",
        "button_not_kept": "Non, pas encore",
        "button_human": "Parler à une personne",
    },
    "es": {
        "greeting": "¡Hola! ¿En qué puedo ayudarte?",
        "ai_disclosure": (
            "Hablas con un asistente automático. Puedes pedir hablar con una persona en cualquier momento."
        ),
        "assistant_unavailable": (
            "Lo siento, ahora mismo no puedo responder por un problema técnico nuestro. Tu mensaje está guardado. "
            "Inténtalo de nuevo en un momento o habla con una persona de nuestro equipo."
        ),
        "assistant_slow": (
            "Lo siento, esto tarda más de lo debido y todavía no sé si ha funcionado. "
            "Inténtalo de nuevo en un momento o habla con una persona de nuestro equipo."
        ),
        "assistant_failed": (
            "Lo siento, algo ha fallado por nuestra parte y no he podido terminar. "
            "Inténtalo otra vez o habla con una persona de nuestro equipo."
        ),
        "survey_csat": "¿Te ha resultado satisfactoria esta conversación?",
        "survey_nps": "¿Qué probabilidad hay de que nos recomiendes a alguien cercano?",
        "survey_ces": "¿Te ha resultado fácil conseguir lo que necesitabas?",
        "consent_survey": (
            "¿Podemos hacerte una breve pregunta sobre nuestra atención, ahora y al final de otras conversaciones? Tú "
            "decides, y puedes cambiar de opinión en cualquier momento: basta con escribir «retiro mi consentimiento»."
        ),
        "consent_follow_up": (
            "¿Podemos escribirte dentro de unos días, o después del día acordado, para preguntarte si todo está "
            "resuelto, aquí y a la dirección de correo que nos hayas dejado? Tú decides, y puedes cambiar de opinión "
            "en cualquier momento: basta con escribir «retiro mi consentimiento»."
        ),
        "consent_marketing": (
            "¿Puede la tienda enviarte novedades y ofertas? Tú decides, y puedes cambiar de opinión en cualquier "
            "momento: basta con escribir «retiro mi consentimiento»."
        ),
        "follow_up_complaint": (
            "Hace unos días, una persona de nuestro equipo revisó tu reclamación ({reference}). ¿Está todo resuelto? "
            "Si no es así, escribe qué falta todavía o habla con una persona de nuestro equipo."
        ),
        "follow_up_agreement": (
            "Acordamos esto contigo ({reference}): {agreed}, a más tardar el {day}. ¿Se ha hecho? Si todavía falta "
            "algo, escribe qué es."
        ),
        "complaint_agreed": "Hemos acordado: {agreed}, a más tardar el {day}. La referencia es {reference}.",
        "complaint_changed": (
            "Lo que acordamos ha cambiado. Ahora es: {agreed}, a más tardar el {day}. La referencia es {reference}."
        ),
        "complaint_kept": "Gracias por decírnoslo, nos alegra saberlo.",
        "complaint_broken": (
            "Lo siento: lo habíamos acordado contigo y deberíamos haberlo cumplido. Una persona de nuestro equipo lo "
            "recibe todo ahora mismo."
        ),
        "complaint_noted": "Gracias, ya lo tengo anotado ({reference}).",
        "photo": "Foto",
        "photo_kept": "Guardada para nuestro equipo: yo no puedo ver fotos.",
        "photo_shown": "Nuestro equipo puede verla.",
        "button_kept": "Sí, se ha hecho",
        "button_not_kept": "No, todavía no",
        "button_human": "Hablar con una persona",
    },
    "de": {
        "greeting": "Guten Tag! Wie kann ich Ihnen helfen?",
        "ai_disclosure": (
            "Sie schreiben mit einem digitalen Assistenten. Sie können jederzeit nach einem Menschen fragen."
        ),
        "assistant_unavailable": (
            "Ich kann gerade nicht antworten: Bei uns gibt es ein technisches Problem, das tut mir leid. Ihre "
            "Nachricht ist gespeichert. Bitte versuchen Sie es gleich noch einmal, oder sprechen Sie "
            "mit einem Menschen."
        ),
        "assistant_slow": (
            "Das dauert leider länger, als es sollte, und ich weiß noch nicht, ob es geklappt hat. "
            "Bitte versuchen Sie es gleich noch einmal, oder sprechen Sie mit einem Menschen."
        ),
        "assistant_failed": (
            "Bei uns ist etwas schiefgegangen, das tut mir leid, und ich konnte das nicht zu Ende bringen. "
            "Bitte versuchen Sie es noch einmal, oder sprechen Sie mit einem Menschen."
        ),
        "survey_csat": "Wie zufrieden sind Sie mit dieser Unterhaltung?",
        "survey_nps": "Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?",
        "survey_ces": "Wie leicht war es, zu bekommen, was Sie brauchten?",
        "consent_survey": (
            "Dürfen wir Ihnen eine kurze Frage zu unserem Service stellen, jetzt und am Ende anderer Unterhaltungen? "
            "Das entscheiden Sie, und Sie können Ihre Meinung jederzeit ändern: Schreiben Sie dann „ich widerrufe“."
        ),
        "consent_follow_up": (
            "Dürfen wir Ihnen in ein paar Tagen oder nach dem vereinbarten Tag schreiben und fragen, ob alles erledigt "
            "ist, hier und an die E-Mail-Adresse, falls Sie uns eine gegeben haben? Das entscheiden Sie, und Sie "
            "können Ihre Meinung jederzeit ändern: Schreiben Sie dann „ich widerrufe“."
        ),
        "consent_marketing": (
            "Darf der Shop Ihnen Neuigkeiten und Angebote schicken? Das entscheiden Sie, und Sie können Ihre Meinung "
            "jederzeit ändern: Schreiben Sie dann „ich widerrufe“."
        ),
        "follow_up_complaint": (
            "Vor ein paar Tagen hat sich jemand aus unserem Team um Ihre Beschwerde gekümmert ({reference}). Ist jetzt "
            "alles erledigt? Wenn nicht, schreiben Sie einfach, was noch fehlt, oder sprechen Sie mit einem Menschen."
        ),
        "follow_up_agreement": (
            "Wir hatten mit Ihnen vereinbart ({reference}): {agreed}, bis {day}. Ist das geschehen? Wenn noch etwas "
            "fehlt, schreiben Sie einfach, was es ist."
        ),
        "complaint_agreed": "Wir haben vereinbart: {agreed}, bis {day}. Die Referenz ist {reference}.",
        "complaint_changed": (
            "Unsere Vereinbarung hat sich geändert. Sie lautet jetzt: {agreed}, bis {day}. Die Referenz ist "
            "{reference}."
        ),
        "complaint_kept": "Danke für die Rückmeldung, das freut uns.",
        "complaint_broken": (
            "Das tut mir leid: Wir hatten es mit Ihnen vereinbart und hätten es einhalten müssen. Unser Team bekommt "
            "jetzt sofort alles vorgelegt."
        ),
        "complaint_noted": "Danke, das habe ich schon notiert ({reference}).",
        "photo": "Foto",
        "photo_kept": "Für unser Team aufbewahrt: Ich selbst kann Fotos nicht ansehen.",
        "photo_shown": "Unser Team kann es sehen.",
        "button_kept": "Ja, erledigt",
        "button_not_kept": "Nein, noch nicht",
        "button_human": "Mit einem Menschen sprechen",
    },
    "zh": {
        "greeting": "您好！请问有什么可以帮您？",
        "ai_disclosure": "您正在与智能助手对话。您可以随时要求人工服务。",
        "assistant_unavailable": (
            "抱歉，我们这边出现技术问题，我暂时无法回答。您的消息已保存。请稍后再试，或者找人工客服。"
        ),
        "assistant_slow": "抱歉，这比预期的要久，我还不知道是否成功。请稍后再试，或者找人工客服。",
        "assistant_failed": "抱歉，我们这边出了点问题，没能完成。请再试一次，或者找人工客服。",
        "survey_csat": "您对这次对话满意吗？",
        "survey_nps": "您有多大可能向朋友推荐我们？",
        "survey_ces": "获得您需要的帮助容易吗？",
        "consent_survey": (
            "我们可以问您一个简短的问题，了解您对我们服务的看法吗？现在和以后的对话结束时都可能会问。由您决定，您可以随时改变主意，"
            "只要写“撤回同意”。"
        ),
        "consent_follow_up": (
            "我们可以在几天后，或者在约定的日期之后，在这里以及您留下的邮箱（如果有）联系您，确认事情是否已经解决吗？由您决定，您可以随时"
            "改变主意，只要写“撤回同意”。"
        ),
        "consent_marketing": (
            "本店可以给您发送新品消息和优惠信息吗？由您决定，您可以随时改变主意，只要写“撤回同意”。"
        ),
        "follow_up_complaint": (
            "几天前，同事处理了您的投诉（{reference}）。现在都解决了吗？如果没有，请写明还缺什么，或者找人工客服。"
        ),
        "follow_up_agreement": (
            "我们与您约定（{reference}）：{agreed}，最晚{day}。已经办好了吗？如果还缺什么，请写下来。"
        ),
        "complaint_agreed": "我们已约定：{agreed}，最晚{day}。编号 {reference}。",
        "complaint_changed": "我们的约定有变动，现在是：{agreed}，最晚{day}。编号 {reference}。",
        "complaint_kept": "谢谢您告诉我们，很高兴听到这个消息。",
        "complaint_broken": "很抱歉，这是我们与您约定好的，本该做到。同事会马上收到全部信息。",
        "complaint_noted": "谢谢，我已经记下了（{reference}）。",
        "photo": "照片",
        "photo_kept": "已保存，供处理此事的同事查看：我自己看不了照片。",
        "photo_shown": "同事可以看到。",
        "button_kept": "是的，办好了",
        "button_not_kept": "没有",
        "button_human": "找人工客服",
    },
}  # fmt: skip
