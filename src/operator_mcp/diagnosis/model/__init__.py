"""The model reader: one structured call, booked before it is sent, for a case that the rules could not decide."""
