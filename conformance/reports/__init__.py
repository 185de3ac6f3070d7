"""What a run came to, as text: each module turns results into one kind of report."""

REPORT_SCHEMA = "session-conformance/report/1"
