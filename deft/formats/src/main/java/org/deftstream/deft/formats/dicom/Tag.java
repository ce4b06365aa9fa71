package org.deftstream.deft.formats.dicom;

import java.util.Arrays;
import java.util.Optional;

/** The attributes that are read or written. {@code travels}: goes along with a record. */
enum Tag {
  TransferSyntaxUID(0x0002_0010, "UI", false),
  ImageType(0x0008_0008, "CS", false),
  SOPClassUID(0x0008_0016, "UI", true),
  SOPInstanceUID(0x0008_0018, "UI", true),
  StudyDate(0x0008_0020, "DA", true),
  StudyTime(0x0008_0030, "TM", true),
  AccessionNumber(0x0008_0050, "SH", true),
  Modality(0x0008_0060, "CS", true),
  Manufacturer(0x0008_0070, "LO", false),
  ReferringPhysicianName(0x0008_0090, "PN", true),
  StudyDescription(0x0008_1030, "LO", true),
  SeriesDescription(0x0008_103E, "LO", true),
  DerivationDescription(0x0008_2111, "ST", false),
  ReferencedSOPClassUID(0x0008_1150, "UI", false),
  ReferencedSOPInstanceUID(0x0008_1155, "UI", false),
  SourceImageSequence(0x0008_2112, "SQ", false),
  PatientName(0x0010_0010, "PN", true),
  PatientID(0x0010_0020, "LO", true),
  PatientBirthDate(0x0010_0030, "DA", true),
  PatientSex(0x0010_0040, "CS", true),
  KVP(0x0018_0060, "DS", true),
  SliceThickness(0x0018_0050, "DS", true),
  SpacingBetweenSlices(0x0018_0088, "DS", false),
  PatientPosition(0x0018_5100, "CS", true),
  StudyInstanceUID(0x0020_000D, "UI", true),
  SeriesInstanceUID(0x0020_000E, "UI", true),
  StudyID(0x0020_0010, "SH", true),
  SeriesNumber(0x0020_0011, "IS", true),
  AcquisitionNumber(0x0020_0012, "IS", true),
  InstanceNumber(0x0020_0013, "IS", true),
  ImagePositionPatient(0x0020_0032, "DS", false),
  ImageOrientationPatient(0x0020_0037, "DS", false),
  FrameOfReferenceUID(0x0020_0052, "UI", true),
  PositionReferenceIndicator(0x0020_1040, "LO", true),
  SamplesPerPixel(0x0028_0002, "US", false),
  PhotometricInterpretation(0x0028_0004, "CS", false),
  NumberOfFrames(0x0028_0008, "IS", false),
  Rows(0x0028_0010, "US", false),
  Columns(0x0028_0011, "US", false),
  PixelSpacing(0x0028_0030, "DS", false),
  BitsAllocated(0x0028_0100, "US", false),
  BitsStored(0x0028_0101, "US", false),
  HighBit(0x0028_0102, "US", false),
  PixelRepresentation(0x0028_0103, "US", false),
  PixelPaddingValue(0x0028_0120, "US", false),
  PixelPaddingRangeLimit(0x0028_0121, "US", false),
  WindowCenter(0x0028_1050, "DS", true),
  WindowWidth(0x0028_1051, "DS", true),
  RescaleIntercept(0x0028_1052, "DS", false),
  RescaleSlope(0x0028_1053, "DS", false),
  RescaleType(0x0028_1054, "LO", false),
  FloatPixelData(0x7FE0_0008, "OF", false),
  DoubleFloatPixelData(0x7FE0_0009, "OD", false),
  PixelData(0x7FE0_0010, "OW", false);

  private final int number;
  private final String representation;
  private final boolean travels;

  Tag(int number, String representation, boolean travels) {
    this.number = number;
    this.representation = representation;
    this.travels = travels;
  }

  /** Group and element. */
  int number() {
    return number;
  }

  /** Value representation: {@code US}. */
  String representation() {
    return representation;
  }

  /** Whether it goes along with a record, and into what is derived of it. */
  boolean travels() {
    return travels;
  }

  static Optional<Tag> of(int number) {
    return Arrays.stream(values()).filter(tag -> tag.number == number).findFirst();
  }
}
