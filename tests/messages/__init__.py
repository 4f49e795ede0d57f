"""What people are told, by the portal and by e-mail."""
