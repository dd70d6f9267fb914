use socket2::{Domain, SockAddr, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

/// A port of this machine that accepts no more connections: a client that connects waits or, on some systems, is
/// refused.
pub struct DeadEnd {
    address: SocketAddr,
    _listener: Socket,
    _waiting: Vec<Socket>,
}

impl DeadEnd {
    /// Fills up the queue of a listener that never accepts.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn new() -> io::Result<Self> {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        listener.bind(&SockAddr::from(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)))?;
        listener.listen(0)?;
        let address = listener.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let waiting = (0..4).map(|_| connect(address)).collect::<io::Result<_>>()?;
        Ok(Self { address, _listener: listener, _waiting: waiting })
    }

    /// The URL of `path` on this port.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// Starts to connect without waiting.
fn connect(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    let _ = socket.connect(&SockAddr::from(address)); // in progress, or refused: both will do
    Ok(socket)
}
