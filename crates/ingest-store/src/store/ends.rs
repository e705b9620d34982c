//! A look into every table, so that plain damage is met before anybody is served.

use crate::{Result, Store};

impl Store {
    /// Reads the first and the last row of every table: what is read anyway when
    /// the first batch comes, in the time of some pages. All of a large file
    /// takes minutes to read; a backup of it does that.
    ///
    /// # Errors
    /// Where SQLite cannot read one of them.
    pub fn read_ends(&self) -> Result<()> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'";
        let mut names = self.connection.prepare(sql)?;
        let names = names.query_map([], |row| row.get::<_, String>(0))?;
        for name in names {
            let name = name?;
            for order in ["ASC", "DESC"] {
                // Every table that grows is in the order of its first column.
                let sql = format!("SELECT * FROM \"{name}\" ORDER BY 1 {order} LIMIT 1");
                let mut statement = self.connection.prepare(&sql)?;
                statement.query([])?.next()?;
            }
        }
        Ok(())
    }
}
