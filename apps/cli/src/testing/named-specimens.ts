/**
 * One datum for each detector of values behind names and of records, in the order of the catalogue, whose examples they mask to.
 */
export const NAMED_SPECIMENS: readonly string[] = [
  '{"Ausweisnummer":"T220001293"}',
  '{"dob":"1985-07-30"}',
  '{"mrz":"L898902C36UTO7408122F1204159ZE184226B<<<<<10"}',
  '{"bic":"DEUTDEFF"}',
  '{"cusip":"037833100"}',
  '{"to":"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"}',
  '{"to":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}',
  '{"ip":"93.184.216.34"}',
  '{"mac_address":"00:1b:44:11:3a:b7"}',
  '{"address":"1600 Pennsylvania Avenue NW"}',
  '{"lat":52.520008,"lng":13.404954}',
  '{"ICD10":"E11.9"}',
  '{"hl7":"PID|1||PATID1234^5^M11||EVERYMAN^ADAM|"}',
  '{"x12":"NM1*IL*1*DOE*JOHN****MI*12345678901~"}',
  '{"resourceType":"Patient"}',
];
