"""The pages of citizens: no sign-in, and never content, names or numbers."""
