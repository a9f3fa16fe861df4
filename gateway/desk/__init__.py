"""What people and programs ask of a gateway, one way for the API, the page and the commands.

Knows no protocol, lays nothing out.
"""
