/** What an error on the way means: another configuration mends it, or time may. */
export interface CodeMeaning {
  readonly kind: 'config' | 'retry';
  readonly advice: string;
}

const CA_UNKNOWN = config(
  'the CA of the receiver (or of the proxy) is not known; set tls.caFile (proxy.caFile)',
);
const OTHER_NAME = config('the certificate is for another name; correct url or tls.serverName');
const CLIENT_REFUSED = config('the receiver does not accept the client certificate; renew it');
const OTHER_TLS = config('the receiver speaks no TLS that the agent does; renew it there');
const CUT = retry('the connection was cut');
const NO_WAY = retry('there is no way to the receiver; is this Mac online?');
const SLOW = retry('the receiver did not answer in time');

/** By the code of Node, OpenSSL or undici, else by the name of the error; one that is not here is `retry`. */
export const ERROR_CODES: ReadonlyMap<string, CodeMeaning> = new Map([
  // The certificate of the receiver, as Node judges it.
  ['CERT_HAS_EXPIRED', config('the certificate of the receiver has expired; renew it there')],
  [
    'CERT_NOT_YET_VALID',
    config('a certificate of the receiver is not valid yet; check both clocks'),
  ],
  [
    'CERT_SIGNATURE_FAILURE',
    config('a certificate is not signed by the CA in tls.caFile; replace it'),
  ],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', CA_UNKNOWN],
  ['SELF_SIGNED_CERT_IN_CHAIN', CA_UNKNOWN],
  ['UNABLE_TO_GET_ISSUER_CERT', CA_UNKNOWN],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', CA_UNKNOWN],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', CA_UNKNOWN],
  ['INVALID_PURPOSE', config('a certificate of the receiver is not for this use; renew it there')],
  ['ERR_TLS_CERT_ALTNAME_INVALID', OTHER_NAME],
  [
    'ERR_SPILLWATCH_CLIENT_CERTIFICATE',
    config('the client certificate has expired; put a new one into tls.certFile and tls.keyFile'),
  ],
  ['ERR_SPILLWATCH_PIN', config('no pin fits the key of the receiver; correct tls.pins')],

  // Alerts of the receiver, most of them about the client certificate.
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', CLIENT_REFUSED],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN', CLIENT_REFUSED],
  ['ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE', CLIENT_REFUSED],
  [
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED',
    config('the client certificate has expired; renew it'),
  ],
  [
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED',
    config('the client certificate is revoked; renew it'),
  ],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', CLIENT_REFUSED],
  ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', CLIENT_REFUSED],
  [
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    config('a client certificate is wanted; set tls.certFile and tls.keyFile'),
  ],
  [
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    config('the receiver does not accept this TLS, or wants a client certificate'),
  ],
  ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', OTHER_NAME],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', OTHER_TLS],
  ['ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY', OTHER_TLS],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', OTHER_TLS],
  ['ERR_SSL_WRONG_VERSION_NUMBER', config('there is no TLS at this port; correct the url')],

  // Requests that cannot be made.
  [
    'UND_ERR_INVALID_ARG',
    config('a character cannot be sent; correct url, headers and the content of tokenFile'),
  ],
  ['ERR_SPILLWATCH_PROXY', config('HTTPS_PROXY of the environment is no address; set proxy')],
  ['UND_ERR_PRX_TLS', config('the certificate of the proxy is for another name; correct proxy')],

  // The network.
  ['ENOTFOUND', retry('the name is not known; is this Mac online, and the name right?')],
  ['EAI_AGAIN', retry('the name service does not answer')],
  ['ECONNREFUSED', retry('nobody listens there (receiver or proxy)')],
  ['EHOSTUNREACH', NO_WAY],
  ['ENETUNREACH', NO_WAY],
  ['ENETDOWN', NO_WAY],
  ['EADDRNOTAVAIL', NO_WAY],
  ['ECONNRESET', CUT],
  ['EPIPE', CUT],
  ['UND_ERR_SOCKET', CUT],
  ['UND_ERR_PRX_CONN', retry('the proxy does not reach the receiver')],
  ['ETIMEDOUT', SLOW],
  ['UND_ERR_CONNECT_TIMEOUT', SLOW],
  ['UND_ERR_HEADERS_TIMEOUT', SLOW],
  ['UND_ERR_BODY_TIMEOUT', SLOW],
  ['TimeoutError', SLOW],

  // Answers that cannot be read.
  ['HTTPParserError', retry('the answer is no HTTP')],
  ['UND_ERR_HEADERS_OVERFLOW', retry('the head of the answer is too long')],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', retry('the answer is too long')],

  // The agent itself ends an attempt.
  ['AbortError', retry('the attempt was given up')],
  ['UND_ERR_DESTROYED', retry('the attempt was given up')],
]);

function config(advice: string): CodeMeaning {
  return { kind: 'config', advice };
}

function retry(advice: string): CodeMeaning {
  return { kind: 'retry', advice };
}
