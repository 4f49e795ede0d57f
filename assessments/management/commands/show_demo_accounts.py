"""Print the accounts of the demo."""

from typing import Any

from django.core.management.base import BaseCommand

from assessments.demo.people import ACCOUNTS, PASSWORD


class Command(BaseCommand):
    """Print every account with its role, and the one password."""

    help = "Print the accounts of the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write a line per account."""
        width = max(len(account.username) for account in ACCOUNTS)
        self.stdout.write(f"\nTài khoản dùng thử, mật khẩu chung: {PASSWORD}")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.username:<{width}}  {account.role} – {account.name}")
        self.stdout.write("Bản dùng thử tắt xác thực hai bước và chỉ phục vụ trên máy này.\n")
