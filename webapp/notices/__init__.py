"""What people are told, and over which channel: the inbox (in-app) and messages that leave the house (e-mail, SMS).

A notice is unique on (person, kind, subject), so whoever tells a person twice tells once. A message carries a dedupe key to its gateway;
one whose answer never came is `unknown` and shown, never sent blindly again. Without a gateway a message is a file in the message folder.
"""
