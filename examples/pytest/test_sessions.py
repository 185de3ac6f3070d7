def test_logging_out_ends_the_session(sessions):
    sessions.meets("LOGOUT-1")


def test_nobody_gets_in_without_a_session(sessions):
    sessions.meets("ACCESS-1", "ACCESS-2")
