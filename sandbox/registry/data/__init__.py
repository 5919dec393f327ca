"""The registry's own data: the clean book of 30/06/2025 and today's communes."""
