import type { DetectorDescription } from './description.ts';

/**
 * What the name in front of it gives away, of a field or in the text, and records and addresses that their own form does;
 * in the order of the inspector's own table.
 */
export const NAMED_VALUES: readonly DetectorDescription[] = [
  {
    id: 'de-identity-card',
    title: 'German identity card number',
    category: 'identity',
    strength: 'weak-checksum',
    rule:
      'a letter and eight digits and consonants, behind a name such as Ausweisnummer or ' +
      'personalausweis; high confidence with a right check digit behind them, medium without one',
    norm: 'PAuswV Anhang 4; ICAO Doc 9303-3',
    example: '********93',
  },
  {
    id: 'date-of-birth',
    title: 'Date of birth',
    category: 'identity',
    strength: 'shape',
    rule:
      'a date from 1900 to 2029, in digits or with the month’s English name, behind a name such as dob, birthDate, ' +
      'Geburtsdatum or fechaNacimiento; never more than medium confidence',
    norm: 'ISO 8601-1 and the national ways of writing',
    example: '**********',
  },
  {
    id: 'mrz',
    title: 'Machine-readable zone of a travel document',
    category: 'identity',
    strength: 'checksum',
    rule:
      'the line with the numbers of a passport, visa or identity card (TD1 with the line before it, TD2, TD3), every check ' +
      'digit right: document number, date of birth, date of expiry, all together',
    norm: 'ICAO Doc 9303-3, -4, -5, -6',
    example: '************',
  },
  {
    id: 'bic',
    title: 'Bank identifier code',
    category: 'payment',
    strength: 'shape',
    rule:
      'four letters, a country and two or five letters and digits, behind a name such as bic or in a column called swift_code; ' +
      'never more than medium confidence',
    norm: 'ISO 9362; ISO 3166-1',
    example: '******FF',
  },
  {
    id: 'cusip',
    title: 'North American security number',
    category: 'payment',
    strength: 'weak-checksum',
    rule: 'eight letters and digits and a check digit, behind the name cusip; never more than medium confidence',
    norm: 'ANSI X9.6; CUSIP Global Services',
    example: '*****3100',
  },
  {
    id: 'bitcoin-address',
    title: 'Bitcoin address',
    category: 'payment',
    strength: 'checksum',
    rule:
      '"bc1" and a program of 20 or 32 bytes with a right checksum anywhere; addresses in base 58 with a right double SHA-256 ' +
      'behind a name such as bitcoin or btc_address',
    norm: 'BIP-13, BIP-173, BIP-350; base58check',
    example: 'bc1q************',
  },
  {
    id: 'ethereum-address',
    title: 'Ethereum address',
    category: 'payment',
    strength: 'checksum',
    rule:
      '"0x" and forty hexadecimal digits: with letters of both cases, where these are the right Keccak-256 check, anywhere; with ' +
      'letters of one case near a word such as eth or wallet, at medium confidence',
    norm: 'EIP-55',
    example: '0x5a************',
  },
  {
    id: 'ip-address',
    title: 'IP address',
    category: 'contact',
    strength: 'shape',
    rule:
      'an IPv4 or IPv6 address behind a name such as ip or ipAddress, or in a column called client_ip or remote_addr; medium ' +
      'confidence, low for private, local and multicast ones',
    norm: 'RFC 791; RFC 4291; RFC 5952',
    example: '*************',
  },
  {
    id: 'mac-address',
    title: 'Hardware address of a network interface',
    category: 'contact',
    strength: 'shape',
    rule:
      'six bytes in hexadecimal, joined by colons, hyphens or points, behind a name such as macAddress, or in a column ' +
      'called mac; never more than medium confidence',
    norm: 'IEEE 802',
    example: '***************b7',
  },
  {
    id: 'postal-address',
    title: 'Postal address',
    category: 'contact',
    strength: 'shape',
    rule:
      'a word for a street and a number of at most five digits, behind a name such as address, streetAddress or anschrift; never ' +
      'more than medium confidence',
    norm: 'no norm; street words of English, German, French, Spanish, Italian, Portuguese, Dutch and the Nordic languages',
    example: '***************************',
  },
  {
    id: 'geo-coordinates',
    title: 'Geographical coordinates',
    category: 'contact',
    strength: 'shape',
    rule:
      'the second of a latitude and a longitude within 96 bytes, at least three decimal places, behind the name lng, longitude or ' +
      'latitude; never more than medium confidence',
    norm: 'ISO 6709',
    example: '*********',
  },
  {
    id: 'icd10-code',
    title: 'Diagnosis code',
    category: 'health',
    strength: 'shape',
    rule:
      'a letter but U, two digits (or a digit and A or B) and up to four characters behind a point, behind the name ICD or ' +
      'ICD10, or in a column called icd10 or diagnosis_code; never more than medium confidence',
    norm: 'WHO ICD-10; ICD-10-CM',
    example: '*****',
  },
  {
    id: 'hl7-patient',
    title: 'Patient of an HL7 message',
    category: 'health',
    strength: 'anchored',
    rule: 'a PID segment with an identifier; high confidence with a name too. The datum is the identifiers and the name',
    norm: 'HL7 v2.x §3.4.2',
    example: '************',
  },
  {
    id: 'x12-patient',
    title: 'Patient of an X12 transaction',
    category: 'health',
    strength: 'anchored',
    rule:
      'an NM1 segment about a person who is insured or a patient; high confidence with a number too. The datum is the name and ' +
      'the number',
    norm: 'ASC X12N 005010 (270, 271, 834, 835, 837)',
    example: '************',
  },
  {
    id: 'fhir-patient',
    title: 'Patient of FHIR',
    category: 'health',
    strength: 'anchored',
    rule: 'a JSON member "resourceType" with the value "Patient"',
    norm: 'HL7 FHIR R4 §8.1',
    example: '*******',
  },
];
