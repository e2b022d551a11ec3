from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import aiosmtplib


@dataclass(frozen=True)
class MailServer:
    """The SMTP server that takes our e-mails, and the address that they come from."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = "Customer service <no-reply@example.com>"
    timeout: float = 15.0  # seconds

    async def send(self, mail: EmailMessage) -> None:
        """Raises aiosmtplib.SMTPException or OSError."""
        await aiosmtplib.send(
            mail,
            hostname=self.host,
            port=self.port,
            username=self.username or None,
            password=self.password or None,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            timeout=self.timeout,
        )
