"""A client of LMTP that reads an answer for each recipient, which smtplib's does not."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence


class Lmtp(smtplib.LMTP):
    """Sends messages whole."""

    def deliver(
        self, octets: bytes, recipients: Sequence[str], sender: str = "ada@example.com"
    ) -> list[str]:
        """The answer for each recipient: to RCPT where that was refused, else to the message."""
        self.ehlo_or_helo_if_needed()
        code, text = self.mail(sender)
        assert code == 250, text
        answers = [self.rcpt(one) for one in recipients]
        accepted = [n for n, (code, _) in enumerate(answers) if code == 250]
        if accepted:
            code, text = self.docmd("DATA")
            assert code == 354, text
            stuffed = (b"\r\n" + octets).replace(b"\r\n.", b"\r\n..")[2:]
            self.send(stuffed + (b"" if octets.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            for n in accepted:
                answers[n] = self.getreply()
        else:
            self.rset()
        return [f"{code} {text.decode()}" for code, text in answers]
