import { z } from 'zod';

/** When an agent says something was. Years of four digits: others sort as text where they do not belong. */
export const ToldTime = z.string().refine((text) => {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && /^\d/.test(new Date(ms).toISOString());
});
