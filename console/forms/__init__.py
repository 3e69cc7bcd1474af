"""The forms of the console: what each asks, cleans and refuses; ``templates/forms.html`` draws them."""
