"""Kamidesk (卡密掌柜): the desk of a card-key shop."""

__version__ = "0.1.0"
