"""People, how they sign in, and the sessions they hold.

It owns the person (encrypted name, phone, e-mail, ID number with blind indexes), roles granted to people, passwords, one-time codes,
failed attempts and server-side sessions. It promises that a logout or a disabled account kills every copy of a cookie with the next
request, and that limits fail closed. What a code says and how it travels is left to `notices`.
"""
