-- What pseudonyms of names are made under: 32 random bytes, which every enrolled device
-- gets. With another key all that was sent before would be other players; so it never
-- changes, and a backup has it.
ALTER TABLE store ADD COLUMN names_key BLOB CHECK (length(names_key) = 32);
