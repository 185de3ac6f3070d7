"""Who is asking: sessions, the cookie that presents them, and the checks around both."""
