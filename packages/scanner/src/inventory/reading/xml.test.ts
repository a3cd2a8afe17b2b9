import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { childOf, parseXml, textOfChild } from './xml.ts';

describe('parseXml', () => {
  it('reads elements, attributes, text, CDATA and the entities of XML', () => {
    const root = parseXml(`<?xml version="1.0"?>
<!DOCTYPE project [<!ENTITY x "boom">]>
<!-- <ignored> -->
<m:project xmlns:m="urn:x" a='1 > 0' b="&amp;&#65;&#x42;">
  <one>t&lt;<![CDATA[<&x;>]]></one><two/><three>&x;</three>
</m:project>`);

    expect(root?.name).toBe('project');
    expect(root?.attributes.get('a')).toBe('1 > 0');
    expect(root?.attributes.get('b')).toBe('&AB');
    expect(textOfChild(root, 'one')).toBe('t<<&x;>');
    expect(textOfChild(root, 'three')).toBe('&x;');
    expect(childOf(root, 'two')?.children).toEqual([]);
  });

  it.each([
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a b="></a>',
    '<a><!-- </a>',
    `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`,
  ])('refuses %.20j', (text) => {
    expect(parseXml(text)).toBeUndefined();
  });

  it('never throws', () => {
    const pieces = fc.constantFrom(
      '<a>',
      '</a>',
      '<a b="c"/>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '&amp;',
      '<!D [',
      '<',
      '>',
      '"',
      'x ',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        expect(['undefined', 'object']).toContain(typeof parseXml(parts.join('')));
      }),
    );
  });

  it('is linear in what repeats', () => {
    for (const piece of ['<!x>', '<a ', '<a b', '<!--', '&', '<a>']) {
      expect(parseXml(piece.repeat(500_000))).toBeUndefined();
    }
  });
});
