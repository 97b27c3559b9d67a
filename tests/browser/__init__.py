"""The screens in a real browser: Debian's chromium, driven by playwright, against the real application on loopback."""
