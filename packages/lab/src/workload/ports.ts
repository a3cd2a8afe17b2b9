/** Where the lab's servers listen. */
export const HTTP_PORT = 8080;
export const TLS_PORT = 8443;
