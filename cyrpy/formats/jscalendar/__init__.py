"""JSCalendar 2.0 (draft-ietf-calext-jscalendarbis), and iCalendar as it and back."""
