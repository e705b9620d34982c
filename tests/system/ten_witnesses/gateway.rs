//! The way from one player's PC to the server, which can be cut.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// Carries connections to the server while it is open; hangs up on each at once
/// while it is not, as a network does whose way out is gone.
pub(super) struct Gateway {
    port: u16,
    way: Arc<Way>,
}

struct Way {
    server: String,
    /// The connections that are carried; none where the way is cut.
    carried: Mutex<Option<Vec<TcpStream>>>,
}

impl Gateway {
    /// To the server at an address.
    pub(super) fn to(url: &str) -> Self {
        let server = url.strip_prefix("http://").unwrap().to_owned();
        let way = Arc::new(Way { server, carried: Mutex::new(Some(Vec::new())) });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepting = Arc::clone(&way);
        // It ends with the test's process.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                accepting.carry(client);
            }
        });
        Self { port, way }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Cuts the way, in the midst of whatever is on it.
    pub(super) fn cut(&self) {
        for stream in self.way.carried.lock().unwrap().take().into_iter().flatten() {
            stream.shutdown(Shutdown::Both).ok();
        }
    }

    pub(super) fn mend(&self) {
        *self.way.carried.lock().unwrap() = Some(Vec::new());
    }
}

impl Way {
    /// A client that is not carried is dropped, which hangs up.
    fn carry(&self, client: TcpStream) {
        let mut carried = self.carried.lock().unwrap();
        let Some(carried) = carried.as_mut() else { return };
        let Ok(server) = TcpStream::connect(&self.server) else { return };
        let ends = [&client, &server].map(|stream| stream.try_clone().unwrap());
        carried.extend(ends.iter().map(|stream| stream.try_clone().unwrap()));
        let [client_end, server_end] = ends;
        thread::spawn(move || pour(client, server_end));
        thread::spawn(move || pour(server, client_end));
    }
}

fn pour(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(bytes) = from.read(&mut buffer) {
        if bytes == 0 || to.write_all(&buffer[..bytes]).is_err() {
            break;
        }
    }
    to.shutdown(Shutdown::Write).ok();
}
