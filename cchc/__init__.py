"""Project package of the portal. Importing it needs the standard library only."""
