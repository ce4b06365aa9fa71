package org.deftstream.messaging.http;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.deftstream.deft.UserError;

/**
 * Who is served. With a token, whoever sends it: as {@code Authorization: Bearer}, or as the
 * password of any user, which is how a browser asks for it. On a loopback address, only who asks by
 * a name of this machine: a page from elsewhere may lead a browser here under a name of its own.
 * Questions about health are answered to everybody. Immutable.
 */
final class HttpAccess {
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{16,512}");
  private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String BASIC = "basic ";
  private static final String BEARER = "bearer ";
  private static final int LONGEST = 2_048;

  private final Optional<byte[]> token;
  private final String host;
  private final boolean loopback;

  /**
   * Makes the rule.
   *
   * @param token what has to be sent; empty if nothing
   * @param host the name or address that is listened on
   * @param loopback whether that is reached from this machine alone
   * @throws UserError if the token is too short, or no header could hold it
   */
  HttpAccess(Optional<String> token, String host, boolean loopback) {
    if (token.isPresent() && !TOKEN.matcher(token.get()).matches()) {
      throw new UserError(
          "http.token must be 16 to 512 printable ASCII characters without blanks; for example what"
              + " 'openssl rand -hex 24' prints");
    }
    this.token = token.map(text -> text.getBytes(StandardCharsets.UTF_8));
    this.host = host;
    this.loopback = loopback;
  }

  /** Why a request is not served; empty if it is. */
  Optional<Reply> refusal(Headers headers) {
    if (loopback && !ownName(headers.getFirst("Host"))) {
      return Optional.of(
          Reply.text(
              421, "http.host is a loopback address: ask for localhost, 127.0.0.1 or " + host));
    }
    if (token.isPresent() && !authorized(headers.getFirst("Authorization"))) {
      return Optional.of(
          Reply.text(401, "this page needs http.token, as a bearer token or as the password")
              .with("WWW-Authenticate", "Basic realm=\"deftstream\", charset=\"UTF-8\""));
    }
    return Optional.empty();
  }

  private boolean ownName(String asked) {
    if (asked == null) {
      return true;
    }
    String name = PORT.matcher(asked).replaceFirst("");
    return LOOPBACK.contains(name.toLowerCase(java.util.Locale.ROOT))
        || name.matches("127(\\.\\d{1,3}){3}")
        || name.equalsIgnoreCase(host);
  }

  private boolean authorized(String header) {
    if (header == null || header.length() > LONGEST) {
      return false;
    }
    return sent(header).map(text -> MessageDigest.isEqual(token.orElseThrow(), text)).orElse(false);
  }

  private static Optional<byte[]> sent(String header) {
    if (header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return Optional.of(
          header.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8));
    }
    if (!header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return Optional.empty();
    }
    try {
      String pair =
          new String(
              Base64.getDecoder().decode(header.substring(BASIC.length()).strip()),
              StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0
          ? Optional.empty()
          : Optional.of(pair.substring(colon + 1).getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
