"""Jobs: an uploaded file on its way through checking, holding and applying."""
