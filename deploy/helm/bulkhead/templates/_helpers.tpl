{{- define "bulkhead.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "bulkhead.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "bulkhead.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "bulkhead.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels by which a component's pods are selected. Takes (list $ "component"). */}}
{{- define "bulkhead.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "bulkhead.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "bulkhead.labels" -}}
{{- $root := index . 0 -}}
{{ include "bulkhead.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bulkhead
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "bulkhead.image" -}}
{{- $root := index . 0 -}}
{{- $image := $root.Values.image -}}
{{- with $image.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}-{{ index . 1 }}:{{ default $root.Chart.AppVersion $image.tag }}
{{- end -}}

{{/* What every pod has alike. */}}
{{- define "bulkhead.pod" -}}
{{- $root := index . 0 -}}
{{- $part := index . 2 -}}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
# Variables that name services would be taken for settings.
enableServiceLinks: false
{{- with $part.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $part.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $part.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $part.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Nobody but the agent needs more. */}}
{{- define "bulkhead.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* Takes the number of user and group. */}}
{{- define "bulkhead.restrictedPodAs" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ . }}
  runAsGroup: {{ . }}
  fsGroup: {{ . }}
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "bulkhead.restrictedPod" -}}
{{- include "bulkhead.restrictedPodAs" 65532 -}}
{{- end -}}

{{/* Empty where the store is the embedded one. */}}
{{- define "bulkhead.postgresHost" -}}
{{- $host := .Values.api.store.postgres.host -}}
{{- if and .Values.postgres.embedded $host -}}
{{- fail "postgres.embedded: there is api.store.postgres.host as well; use one of the two" -}}
{{- end -}}
{{- if .Values.postgres.embedded }}{{ include "bulkhead.fullname" . }}-postgres{{ else }}{{ $host }}{{ end -}}
{{- end -}}

{{- define "bulkhead.store" -}}
{{- $postgres := .Values.api.store.postgres -}}
{{- if .Values.postgres.embedded }}
store:
  postgres:
    host: {{ include "bulkhead.postgresHost" . | quote }}
    passwordFile: /secrets/postgres/password
    caFile: /secrets/postgres/ca.crt
{{- else if $postgres.host }}
store:
  postgres:
    host: {{ $postgres.host | quote }}
    port: {{ $postgres.port }}
    database: {{ $postgres.database | quote }}
    user: {{ $postgres.user | quote }}
    {{- if $postgres.existingSecret }}
    passwordFile: /secrets/postgres/password
    {{- end }}
    {{- if $postgres.tls }}
    caFile: /secrets/postgres/ca.crt
    {{- end }}
{{- else }}
store: { file: /data/store.db }
{{- end }}
{{- end -}}

{{/* The volume with what connects to PostgreSQL, mounted at /secrets/postgres; nothing where nothing is needed. */}}
{{- define "bulkhead.postgresVolume" -}}
{{- $postgres := .Values.api.store.postgres -}}
{{- if .Values.postgres.embedded -}}
{ name: postgres, secret: { secretName: {{ include "bulkhead.fullname" . }}-postgres, items: [{ key: password, path: password }, { key: ca.crt, path: ca.crt }] } }
{{- else if and $postgres.host $postgres.existingSecret -}}
{ name: postgres, secret: { secretName: {{ $postgres.existingSecret }} } }
{{- end -}}
{{- end -}}

{{- define "bulkhead.redisHost" -}}
{{- if .Values.redis.embedded }}{{ include "bulkhead.fullname" . }}-redis{{ else }}{{ required "redis.host: needed where redis.embedded is false" .Values.redis.host }}{{ end -}}
{{- end -}}

{{- define "bulkhead.redisSecret" -}}
{{- if .Values.redis.existingSecret }}{{ .Values.redis.existingSecret }}{{ else if .Values.redis.embedded }}{{ include "bulkhead.fullname" . }}-redis{{ end -}}
{{- end -}}

{{/* A Secret of ours keeps what it was made with. Takes (list $ "name" "key"). */}}
{{- define "bulkhead.keptPassword" -}}
{{- $root := index . 0 -}}
{{- $found := lookup "v1" "Secret" $root.Release.Namespace (index . 1) -}}
{{- if and $found (hasKey (default dict $found.data) (index . 2)) -}}
{{- index $found.data (index . 2) -}}
{{- else -}}
{{- randAlphaNum 40 | b64enc -}}
{{- end -}}
{{- end -}}

{{/* A certificate by an authority of its own that lasts, and is kept as the password is. Takes (list $ "name"). */}}
{{- define "bulkhead.postgresCertificate" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $found := lookup "v1" "Secret" $root.Release.Namespace $name -}}
{{- if and $found (hasKey (default dict $found.data) "tls.key") -}}
{{- range list "ca.crt" "tls.crt" "tls.key" }}
{{ . }}: {{ index $found.data . }}
{{- end }}
{{- else -}}
{{- /* Of another name: who is signed by its own name is taken for self-signed. */}}
{{- $authority := genCA (printf "%s-authority" $name) 3650 -}}
{{- $of := genSignedCert $name nil (list $name) 3650 $authority -}}
ca.crt: {{ $authority.Cert | b64enc }}
tls.crt: {{ $of.Cert | b64enc }}
tls.key: {{ $of.Key | b64enc }}
{{- end -}}
{{- end -}}
