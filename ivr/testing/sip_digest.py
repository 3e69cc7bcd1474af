"""The answer to a SIP server's challenge (RFC 3261 §22, MD5). For tests alone."""

import hashlib
import re


def authorization(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """The header that answers the ``401`` in ``challenge``."""
    fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    first, second = _md5(f"{user}:{fields['realm']}:{password}"), _md5(f"{method}:{uri}")
    response = _md5(f"{first}:{fields['nonce']}:00000001:abc:auth:{second}")
    given = [
        *(f'{name}="{fields[name]}"' for name in ("realm", "nonce", "opaque") if name in fields),
        f'username="{user}", uri="{uri}", response="{response}", cnonce="abc"',
        "algorithm=MD5, qop=auth, nc=00000001",
    ]
    return f"Authorization: Digest {', '.join(given)}"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
