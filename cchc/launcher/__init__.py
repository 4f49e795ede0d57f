"""What `python3 -m cchc` does before Django can be imported. Standard library only."""
