"""EmailSubmission, and what else is about mail that is sent."""
