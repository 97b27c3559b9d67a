"""What a template shows, made from values of the domain. Pure: no store, no clock; a template only puts it in place."""
