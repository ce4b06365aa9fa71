package org.deftstream.deft.formats.picture;

import java.util.List;
import org.deftstream.deft.formats.ImageFormat;

/** JPEG, read only: it loses what is written to it. */
public final class JpegFormat extends PictureFormat {
  @Override
  public String name() {
    return "jpeg";
  }

  @Override
  public List<String> endings() {
    return List.of(".jpg", ".jpeg");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return ImageFormat.begins(head, 0, "\u00ff\u00d8\u00ff");
  }
}
