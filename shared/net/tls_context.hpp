#pragma once
/// What both ends of our TLS agree on: 1.3 only, no tickets, no resumption, the key is the
/// identity. OpenSSL appears here and in tls_stream; nothing above this folder sees it.

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "shared/net/frame_link.hpp"

namespace huiyin::net {

struct SslContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslContextPtr = std::unique_ptr<SSL_CTX, SslContextFree>;
using SslPtr = std::unique_ptr<SSL, SslFree>;

/// Fails when the certificate or key does not parse or they do not belong together.
[[nodiscard]] Result<SslContextPtr> make_server_context(const TlsIdentity& identity);

/// The server's half of one connection.
[[nodiscard]] Result<SslPtr> make_server_ssl(SSL_CTX* context);
/// The client's half. The handshake fails unless the server's key has `pin`, which must live
/// as long as the SSL; afterwards refused_by_pin() tells this failure from any other.
[[nodiscard]] Result<SslPtr> make_client_ssl(const KeyPin* pin);
[[nodiscard]] bool refused_by_pin(const SSL* ssl);

/// RFC 9266, after a finished handshake.
[[nodiscard]] Result<Exporter> tls_exporter(SSL* ssl);

/// Takes OpenSSL's error queue as words and empties it.
[[nodiscard]] std::string take_openssl_error();

}  // namespace huiyin::net
