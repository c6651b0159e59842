"""Mail on its way in: by LMTP, by a pipe, from other stores."""
