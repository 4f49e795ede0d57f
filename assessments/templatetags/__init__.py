"""Template tags of the assessments: what only their own pages draw."""
