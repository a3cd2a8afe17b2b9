/** How numbers of a detector look, and the module of python-stdnum that knows which of them are right. */
export interface NumberedThing {
  readonly detector: string;
  /** Under `stdnum`. */
  readonly module: string;
  readonly key: string;
  readonly shapes: readonly [string, ...string[]];
}

const CONSONANT = '(B|C|D|F|G|H|J|K|L|M|N|P|Q|R|S|T|V|W|X|Y|Z)';
const VOWEL = '(A|E|I|O|U)';

/** The detectors with a check of their own for which there is an independent judge. */
export const NUMBERED_THINGS: readonly NumberedThing[] = [
  {
    detector: 'iban',
    module: 'iban',
    key: 'iban',
    shapes: [
      'DE####################',
      'GB##(NWBK|BARC|LOYD)##############',
      'NL##(ABNA|INGB)##########',
      'AT##################',
    ],
  },
  {
    detector: 'us-aba-routing',
    module: 'us.rtn',
    key: 'routingNumber',
    shapes: ['0########', '1(0-2)#######', '2(1-9)#######', '3(0-2)#######'],
  },
  { detector: 'ca-sin', module: 'ca.sin', key: 'sin', shapes: ['(1-7)########'] },
  {
    detector: 'mx-curp',
    module: 'mx.curp',
    key: 'curp',
    shapes: [`@${VOWEL}@@<yymmdd>(H|M)(DF|VZ|MC|JC|HG)${CONSONANT}${CONSONANT}${CONSONANT}##`],
  },
  { detector: 'mx-rfc', module: 'mx.rfc', key: 'rfc', shapes: [`@${VOWEL}@@<yymmdd>(A|B|1|2)(C|D|3|4)#`] },
  { detector: 'br-cpf', module: 'br.cpf', key: 'cpf', shapes: ['###########'] },
  { detector: 'br-cnpj', module: 'br.cnpj', key: 'cnpj', shapes: ['##############'] },
  { detector: 'ar-cuit', module: 'ar.cuit', key: 'cuit', shapes: ['(20|23|27|30|33)#########'] },
  {
    detector: 'cl-rut',
    module: 'cl.rut',
    key: 'rut',
    shapes: ['(1-2)#######-#', '(1-2)#######-K', '(1-2)#.###.###-#'],
  },
  { detector: 'co-nit', module: 'co.nit', key: 'nit', shapes: ['(8-9)#########'] },
  { detector: 'pe-ruc', module: 'pe.ruc', key: 'ruc', shapes: ['(10|20)#########'] },
  { detector: 'gb-nhs-number', module: 'gb.nhs', key: 'nhsNumber', shapes: ['##########'] },
  { detector: 'gb-utr', module: 'gb.utr', key: 'utr', shapes: ['##########'] },
  {
    detector: 'ie-pps',
    module: 'ie.pps',
    key: 'ppsn',
    shapes: ['#######(A|B|C|D|E|F|G|H|I|J|K|L|M|N|O|P|Q|R|S|T|U|V|W)'],
  },
  { detector: 'de-tax-id', module: 'de.idnr', key: 'steuerId', shapes: ['(1-9)##########'] },
  { detector: 'at-social-insurance', module: 'at.vnr', key: 'svnr', shapes: ['(1-9)###<ddmmyy>'] },
  { detector: 'ch-ahv', module: 'ch.ssn', key: 'ahv', shapes: ['756##########'] },
  {
    detector: 'fr-nir',
    module: 'fr.nir',
    key: 'insee',
    shapes: ['(1-2)##(01|02|03|04|05|06|07|08|09|10|11|12)(13|31|33|59|69|75)########'],
  },
  { detector: 'es-dni', module: 'es.dni', key: 'dni', shapes: ['########@'] },
  {
    detector: 'it-fiscal-code',
    module: 'it.codicefiscale',
    key: 'codice_fiscale',
    shapes: [
      `${CONSONANT}${CONSONANT}${CONSONANT}${CONSONANT}${CONSONANT}${CONSONANT}##(A|B|C|D|E|H|L|M|P|R|S|T)(01|12|25|41|53|68)(A|F|H|L)(1-9)##@`,
    ],
  },
  { detector: 'it-vat', module: 'it.iva', key: 'piva', shapes: ['#######(001|015|058|063|080|100)#'] },
  { detector: 'pt-nif', module: 'pt.nif', key: 'nif', shapes: ['(1|2|3|5)########'] },
  { detector: 'nl-bsn', module: 'nl.bsn', key: 'burgerservicenummer', shapes: ['(1-9)########'] },
  { detector: 'be-national-number', module: 'be.nn', key: 'rijksregisternummer', shapes: ['<yymmdd>#####'] },
  { detector: 'gr-amka', module: 'gr.amka', key: 'amka', shapes: ['<ddmmyy>#####'] },
  {
    detector: 'se-personal-number',
    module: 'se.personnummer',
    key: 'personnummer',
    shapes: ['<yymmdd>-####', '<yyyymmdd>####'],
  },
  { detector: 'no-birth-number', module: 'no.fodselsnummer', key: 'fodselsnummer', shapes: ['<ddmmyy>#####'] },
  { detector: 'fi-hetu', module: 'fi.hetu', key: 'hetu', shapes: ['<ddmmyy>-###(0-9)', `<ddmmyy>-###${CONSONANT}`] },
  { detector: 'pl-pesel', module: 'pl.pesel', key: 'pesel', shapes: ['<yymmdd>#####'] },
  { detector: 'pl-nip', module: 'pl.nip', key: 'nip', shapes: ['(1-9)#########'] },
  { detector: 'cz-birth-number', module: 'cz.rc', key: 'rodneCislo', shapes: ['<yymmdd>/####', '<yymmdd>####'] },
  { detector: 'ro-cnp', module: 'ro.cnp', key: 'cnp', shapes: ['(1-2)<yymmdd>(01|12|22|35|40)####'] },
  { detector: 'bg-egn', module: 'bg.egn', key: 'egn', shapes: ['<yymmdd>####'] },
  { detector: 'hr-oib', module: 'hr.oib', key: 'oib', shapes: ['###########'] },
  { detector: 'ee-lt-personal-code', module: 'ee.ik', key: 'isikukood', shapes: ['(3-4)<yymmdd>####'] },
  { detector: 'tr-identity-number', module: 'tr.tckimlik', key: 'tckn', shapes: ['(1-9)##########'] },
  { detector: 'il-identity-number', module: 'il.idnr', key: 'teudatZehut', shapes: ['(1-9)########'] },
  { detector: 'za-identity-number', module: 'za.idnr', key: 'saidNumber', shapes: ['<yymmdd>####(0-1)8#'] },
  { detector: 'th-identity-number', module: 'th.pin', key: 'thaiId', shapes: ['(1-8)############'] },
  { detector: 'au-tfn', module: 'au.tfn', key: 'tfn', shapes: ['(1-9)########'] },
  { detector: 'au-abn', module: 'au.abn', key: 'abn', shapes: ['(1-9)##########'] },
  { detector: 'nz-ird', module: 'nz.ird', key: 'ird', shapes: ['(1-9)#######', '1(0-4)#######'] },
  { detector: 'in-aadhaar', module: 'in_.aadhaar', key: 'aadhaar', shapes: ['(2-9)###########'] },
  {
    detector: 'cn-resident-id',
    module: 'cn.ric',
    key: 'residentId',
    shapes: ['(110101|310104|440106|330106)<yyyymmdd>####'],
  },
  { detector: 'imei', module: 'imei', key: 'imei', shapes: ['35#############'] },
  { detector: 'cusip', module: 'cusip', key: 'cusip', shapes: ['######@##', '#####@###', '#########'] },
  { detector: 'isin', module: 'isin', key: 'isin', shapes: ['(US|DE|GB|FR)@#########'] },
];
