"""What the gateway itself says at the start and in trouble, to customers who are answered in another language."""

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
        "button_human": "Mit einem Menschen sprechen",
    },
    "zh": {
        "greeting": "您好!请问有什么可以帮您?",
        "ai_disclosure": "您正在与智能助手对话。您可以随时要求人工服务。",
        "assistant_unavailable": (
            "抱歉,我们这边出现技术问题,我暂时无法回答。您的消息已保存。请稍后再试,或者找人工客服。"
        ),
        "assistant_slow": "抱歉,这比预期的要久,我还不知道是否成功。请稍后再试,或者找人工客服。",
        "assistant_failed": "抱歉,我们这边出了点问题,没能完成。请再试一次,或者找人工客服。",
        "button_human": "找人工客服",
    },
}  # fmt: skip
