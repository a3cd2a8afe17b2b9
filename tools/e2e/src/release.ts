/** What the chart is installed as. */
export const RELEASE = 'bulkhead';
/** Where. */
export const NAMESPACE = 'bulkhead';
