"""The conversation with people about themselves: signing in and registering, their own account, and the staff page.

`doors` holds what all of them share: the blueprint, the session's cookie and who is asking.
"""

from webapp.accounts.views import account, mailbox, register, sign_in, staff
from webapp.accounts.views.doors import blueprint, load_visitor

__all__ = ["account", "blueprint", "load_visitor", "mailbox", "register", "sign_in", "staff"]
