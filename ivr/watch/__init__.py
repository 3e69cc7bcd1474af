"""``tongdai watch``: one asyncio process per Asterisk: live channels by AMI, the hub of live pages, the sweep."""
