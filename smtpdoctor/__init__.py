"""Names the true cause when an application cannot send mail by SMTP submission."""
