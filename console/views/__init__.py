"""The pages of people who have signed in, one module a noun: they parse a request and render what a service says."""
