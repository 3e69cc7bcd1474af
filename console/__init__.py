"""The desk in the browser: operators, supervisors, administrators, and the public look-up page."""
