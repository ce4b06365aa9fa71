package org.deftstream.deft.adapter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/**
 * Ed25519 keys in PEM files, as {@code openssl genpkey -algorithm ed25519} and {@code openssl pkey
 * -pubout} write them. Stateless and thread-safe.
 */
public final class SigningKeys {
  private static final String ALGORITHM = "Ed25519";
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";
  private static final int LINE = 64;

  private SigningKeys() {}

  /**
   * Reads a private key (PKCS #8).
   *
   * @throws UserError one line, without any part of the file's content
   */
  public static PrivateKey readPrivate(Path file) {
    byte[] encoded = read(file, PRIVATE);
    try {
      return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw notEd25519(file, PRIVATE, e);
    }
  }

  /**
   * Reads a public key (X.509).
   *
   * @throws UserError one line that says what is wrong with the file
   */
  public static PublicKey readPublic(Path file) {
    byte[] encoded = read(file, PUBLIC);
    try {
      return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw notEd25519(file, PUBLIC, e);
    }
  }

  /**
   * Makes a key pair. The private key's file can be read by its owner alone where the file system
   * knows owners. Replaces no file, and leaves none behind where it fails.
   *
   * @throws UserError if a file is there already or cannot be written
   */
  public static void generate(Path privateFile, Path publicFile) {
    try {
      var pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
      write(privateFile, PRIVATE, pair.getPrivate().getEncoded(), true);
      try {
        write(publicFile, PUBLIC, pair.getPublic().getEncoded(), false);
      } catch (IOException e) {
        Files.deleteIfExists(privateFile);
        throw e;
      }
    } catch (FileAlreadyExistsException e) {
      throw new UserError(e.getFile() + " is there already; keys are not replaced", e);
    } catch (IOException e) {
      throw new UserError(
          "cannot write the keys: " + FileProblem.in(e).orElse(FileProblem.reason(e)), e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no " + ALGORITHM, e);
    }
  }

  private static void write(Path file, String type, byte[] encoded, boolean secret)
      throws IOException {
    var base64 = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(encoded);
    var text = "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    try {
      write(file, text, secret);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      // Half a key is of no use, and would be in the way of the next attempt.
      Files.deleteIfExists(file);
      throw FileProblem.named(file, e);
    }
  }

  private static void write(Path file, String text, boolean secret) throws IOException {
    if (secret
        && Files.getFileStore(file.toAbsolutePath().getParent())
            .supportsFileAttributeView("posix")) {
      FileAttribute<?> owner =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
      Files.createFile(file, owner);
      Files.writeString(file, text);
    } else {
      Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
  }

  private static byte[] read(Path file, String type) {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UserError("cannot read the key " + file + ": " + FileProblem.reason(e), e);
    }
    var begin = "-----BEGIN " + type + "-----";
    int from = text.indexOf(begin);
    int to = text.indexOf("-----END " + type + "-----");
    if (from < 0 || to < from) {
      throw new UserError(file + " is not a PEM file with a " + type);
    }
    try {
      return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    } catch (IllegalArgumentException e) {
      throw new UserError(file + " is not a whole PEM file", e);
    }
  }

  private static UserError notEd25519(Path file, String type, GeneralSecurityException e) {
    return new UserError(
        file + " holds no Ed25519 " + type + "; make a pair with: deftstream adapters keygen", e);
  }
}
