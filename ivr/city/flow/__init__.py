"""A city's menu as data: its nodes, how they lead to one another, what is wrong with it, its drawing."""
