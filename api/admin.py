"""What the operator does for people, beside the running server.

python -m api admin reset me@example.org    # a one-time recovery code, for somebody who lost password and code
python -m api admin add me@example.org      # an account while REGISTRATION=closed; its code sets the password
"""

import argparse
import json
import os
import secrets
import sys

from peewee import IntegrityError

from api import credentials, passwords
from api.bodies import email_address
from api.config import Config, ConfigError
from api.database import database, held, open_database, write_transaction
from api.tables import Account


class NotDone(ValueError):
    """What was asked does not fit the accounts there are; the text says what to do."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The `admin` command and what it can do."""
    raw = argparse.RawDescriptionHelpFormatter
    admin = commands.add_parser("admin", help="accounts, by the operator", description=__doc__, formatter_class=raw)
    admin.add_argument("what", choices=sorted(ACTIONS))
    admin.add_argument("email", metavar="EMAIL", type=email_address)
    admin.add_argument("--json", choices=["-"], help="print one JSON object")
    admin.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it and print the code; 2 with a sentence where it cannot be done."""
    try:
        open_database(Config.from_environment(os.environ).database_url)
        with database.connection_context():
            code = ACTIONS[args.what](args.email)
    except (ConfigError, NotDone) as error:
        print(f"api admin: {error}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps({"email": args.email, "recovery_code": code}))
    else:
        print(f"Recovery code of {args.email}: {code}")
        print("It sets a new password, once: POST /v1/auth/recover, or `recover` in an app.", file=sys.stderr)
    return 0


def reset(email: str) -> str:
    """A new recovery code; password and device logins stay until it is used. Raises `NotDone`."""
    with write_transaction():
        account = held(Account.select().where(Account.email == email)).first()
        if account is None:
            raise NotDone(f"{email} has no account here: check the spelling and DATABASE_URL")
        return credentials.new_recovery_code(account)


def add(email: str) -> str:
    """A new account under a password that nobody knows; its recovery code. Raises `NotDone`."""
    try:
        unknown = passwords.hash_password(secrets.token_hex(32))
        with write_transaction():
            return credentials.new_recovery_code(credentials.enrol(email, unknown, {}))
    except IntegrityError:
        raise NotDone(f"{email} has an account already: `admin reset` makes a new code") from None


ACTIONS = {"reset": reset, "add": add}
