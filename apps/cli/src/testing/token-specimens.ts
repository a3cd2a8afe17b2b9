const DIGITS = '0123456789';
const HEX = `${DIGITS}abcdef`;
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ALNUM = `${DIGITS}${UPPER}${UPPER.toLowerCase()}`;

/**
 * A token of every issuer, in the order of the catalogue: `*` stands for hexadecimal digits, `+` for letters and digits, `#` for capitals
 * and digits, each with how many. Made when they are asked for, so that nobody's scanner takes this file for a leak.
 */
const FORMS: readonly string[] = [
  'AIza+35',
  'GOCSPX-+28',
  'glpat-+20',
  '',
  'pypi-AgEIcHlwaS5vcmc+24',
  'dckr_pat_+27',
  'hooks.slack.com/services/T#9/B#10/+24',
  'whsec_+32',
  'SG.+22.+43',
  'mailgun: key-*32',
  'xkeysib-*64-+16',
  'twilio: SK0*31',
  'sk-ant-+80',
  'hf_+34',
  'gsk_+52',
  'lsv2_pt_*32_*10',
  'dapi*32',
  'shpat_*32',
  'sq0atp-+22',
  'EZAK+54',
  'HRKU-+40',
  'hvs.+24',
  '+14.atlasv1.+64',
  '123456789:AA+33',
  'cfut_+48',
  'glsa_+32_*8',
  'dop_v1_*64',
  'ntn_+44',
  'NRAK-#27',
  'PMAK-*24-*34',
  'ATATT3+80',
  'figd_+40',
  'dp.pt.+40',
  'tskey-+24',
  'AGE-SECRET-KEY-1#58',
  'sbp_*40',
  'nfp_+40',
  'CFPAT-+43',
  'sk-proj-+32T3BlbkFJ+32',
  'ya29.+60',
  'aB38Q~+34',
  'postgres://app:+16@db.shop.svc:5432/orders',
  '?sv=2022-11-02&sr=b&sig=+43%3D',
  'aws_secret_access_key = aB3+37',
  'AccountKey=aB3+83==',
  'DD-API-KEY: *32',
];

/** `npm`: the one whose checksum has to be right. `random`: a number below its bound. */
export function tokenSpecimens(npm: string, random: (bound: number) => number): readonly string[] {
  const some = (kind: string, count: number): string => {
    const letters = kind === '*' ? HEX : kind === '#' ? `${UPPER}${DIGITS}` : ALNUM;
    return Array.from({ length: count }, () => letters.charAt(random(letters.length))).join('');
  };
  return FORMS.map((form) =>
    form === '' ? npm : form.replaceAll(/([*+#])(\d+)/g, (_, kind: string, count: string) => some(kind, Number(count))),
  );
}
